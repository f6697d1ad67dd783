/** The models that a server has, and the work that is done with them. */
@NullMarked
package dev.ovkit.serve.model;

import org.jspecify.annotations.NullMarked;
