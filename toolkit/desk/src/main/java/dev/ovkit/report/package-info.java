/**
 * Reports for people: one HTML file each, with its charts and pictures inside, that needs neither
 * network nor JavaScript.
 *
 * <p>Start at {@link dev.ovkit.report.VerificationReport}. A report is built with {@code HtmlPage},
 * which escapes all text and writes well-formed XML besides; {@code Histogram} draws SVG, so no
 * fonts and no windowing libraries are needed where reports are made.
 */
@NullMarked
package dev.ovkit.report;

import org.jspecify.annotations.NullMarked;
