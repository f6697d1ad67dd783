/**
 * Reports for people: one HTML file each, with its charts, pictures and scripts inside, that needs
 * no network. Where scripts do not run, tables say what charts would show.
 *
 * <p>Start at {@link dev.ovkit.report.VerificationReport} and {@link dev.ovkit.report.BenchReport}.
 * A report is built with {@code HtmlPage}, which escapes all text and writes well-formed XML
 * besides; {@code Charts} leaves the drawing to the browser, so no fonts and no windowing libraries
 * are needed where reports are made.
 */
@NullMarked
package dev.ovkit.report;

import org.jspecify.annotations.NullMarked;
