/**
 * The detector families: how each is recognised in a graph.
 *
 * <p>A class that implements {@link dev.ovkit.family.DetectorFamily} is a family, and {@link
 * dev.ovkit.family.Families} asks them in order. All other classes are shared by families:
 *
 * <ul>
 *   <li>what a family looks at: {@link dev.ovkit.family.PictureInput} and {@link
 *       dev.ovkit.family.DetectorGraph} with its {@link dev.ovkit.family.Branch}es;
 *   <li>what the numbers of an output are, by what computes them: {@code CandidateColumns}, {@link
 *       dev.ovkit.family.BoxArithmetic}, {@code ClassNumbers}, {@code DecodedAnchors}, {@code
 *       RawMapEvidence}, {@link dev.ovkit.family.Rows};
 *   <li>which outputs belong together, and what is added behind them: {@code SplitOutputs}, {@code
 *       Lists}, {@code TaskOutput}, {@code Tail};
 *   <li>what a family answers: {@link dev.ovkit.family.Recognition}, {@link
 *       dev.ovkit.family.FoundDetector}, {@code FoundLayout}, {@link
 *       dev.ovkit.family.Preprocessing}, {@link dev.ovkit.family.LayoutChoice}, {@link
 *       dev.ovkit.family.Remark};
 *   <li>what is said where no family recognises a graph: {@code Foreign}, {@code Proposals}, and
 *       what a person says instead, {@link dev.ovkit.family.ModelDescription}.
 * </ul>
 */
@NullMarked
package dev.ovkit.family;

import org.jspecify.annotations.NullMarked;
