package dev.ovkit.track;

import java.util.Arrays;

/**
 * Pairs tracks with boxes so that the sum of the weights of all pairs is as large as can be: the
 * linear assignment problem, with the choice to leave some alone.
 *
 * <p>Most tracks overlap one box only, so the pairs that are possible fall apart into small groups;
 * each is solved by itself by shortest augmenting paths, after Jonker and Volgenant, <i>A Shortest
 * Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems</i>, Computing 38,
 * 1987.
 */
final class Assignment {

  private static final int NONE = -1;

  private final int tracks;
  private final int boxes;
  private int[] trackOf = new int[16];
  private int[] boxOf = new int[16];
  private double[] weights = new double[16];
  private int count;

  Assignment(int tracks, int boxes) {
    this.tracks = tracks;
    this.boxes = boxes;
  }

  /**
   * Allows a pair.
   *
   * @param weight above 0; the pair is worth that much more than leaving both alone
   */
  void allow(int track, int box, double weight) {
    if (count == weights.length) {
      trackOf = Arrays.copyOf(trackOf, 2 * count);
      boxOf = Arrays.copyOf(boxOf, 2 * count);
      weights = Arrays.copyOf(weights, 2 * count);
    }
    trackOf[count] = track;
    boxOf[count] = box;
    weights[count] = weight;
    count++;
  }

  /** Returns the box of each track, or -1. */
  int[] solve() {
    int[] result = new int[tracks];
    Arrays.fill(result, NONE);
    int[] first = new int[tracks + boxes]; // the pairs of a group are a list
    Arrays.fill(first, NONE);
    int[] next = new int[count];
    int[] parents = parents();
    for (int pair = count - 1; pair >= 0; pair--) {
      int group = root(parents, trackOf[pair]);
      next[pair] = first[group];
      first[group] = pair;
    }
    int[] places = new int[tracks + boxes];
    for (int pair : first) {
      if (pair != NONE && next[pair] == NONE) {
        result[trackOf[pair]] = boxOf[pair];
      } else if (pair != NONE) {
        solveGroup(pair, next, places, result);
      }
    }
    return result;
  }

  /** Joins the tracks and boxes, which are numbered after them, that pairs connect. */
  private int[] parents() {
    int[] parents = new int[tracks + boxes];
    Arrays.setAll(parents, i -> i);
    for (int pair = 0; pair < count; pair++) {
      parents[root(parents, trackOf[pair])] = root(parents, tracks + boxOf[pair]);
    }
    return parents;
  }

  private static int root(int[] parents, int member) {
    int root = member;
    while (parents[root] != root) {
      parents[root] = parents[parents[root]];
      root = parents[root];
    }
    return root;
  }

  private void solveGroup(int head, int[] next, int[] places, int[] result) {
    int pairs = 0;
    for (int pair = head; pair != NONE; pair = next[pair]) {
      places[trackOf[pair]] = NONE;
      places[tracks + boxOf[pair]] = NONE;
      pairs++;
    }
    int rows = 0;
    int columns = 0;
    int[] trackAt = new int[pairs]; // there are no more of them than pairs
    int[] boxAt = new int[pairs];
    for (int pair = head; pair != NONE; pair = next[pair]) {
      if (places[trackOf[pair]] == NONE) {
        trackAt[rows] = trackOf[pair];
        places[trackOf[pair]] = rows++;
      }
      if (places[tracks + boxOf[pair]] == NONE) {
        boxAt[columns] = boxOf[pair];
        places[tracks + boxOf[pair]] = columns++;
      }
    }
    // A square in which pairs that are not allowed cost as much as leaving both alone.
    int size = Math.max(rows, columns);
    double[][] costs = new double[size][size];
    for (int pair = head; pair != NONE; pair = next[pair]) {
      costs[places[trackOf[pair]]][places[tracks + boxOf[pair]]] = -weights[pair];
    }
    int[] columnOf = cheapest(costs);
    for (int row = 0; row < rows; row++) {
      if (costs[row][columnOf[row]] < 0) {
        result[trackAt[row]] = boxAt[columnOf[row]];
      }
    }
  }

  /** Returns the column of each row of a square for which the sum of the costs is the least. */
  private static int[] cheapest(double[][] costs) {
    int size = costs.length;
    double[] rowPrices = new double[size];
    double[] columnPrices = new double[size];
    int[] columnOf = new int[size];
    int[] rowOf = new int[size];
    Arrays.fill(columnOf, NONE);
    Arrays.fill(rowOf, NONE);
    double[] distances = new double[size];
    int[] reachedFrom = new int[size];
    boolean[] done = new boolean[size];
    for (int start = 0; start < size; start++) {
      Arrays.fill(distances, Double.POSITIVE_INFINITY);
      Arrays.fill(done, false);
      int row = start;
      int column = NONE;
      double distance = 0;
      while (row != NONE) {
        int nearest = NONE;
        for (int i = 0; i < size; i++) {
          if (!done[i]) {
            double reached = distance + costs[row][i] - rowPrices[row] - columnPrices[i];
            if (reached < distances[i]) {
              distances[i] = reached;
              reachedFrom[i] = row;
            }
            if (nearest == NONE || distances[i] < distances[nearest]) {
              nearest = i;
            }
          }
        }
        column = nearest;
        done[column] = true;
        distance = distances[column];
        row = rowOf[column];
      }
      rowPrices[start] += distance;
      for (int i = 0; i < size; i++) {
        if (done[i] && i != column) {
          rowPrices[rowOf[i]] += distance - distances[i];
          columnPrices[i] -= distance - distances[i];
        }
      }
      while (column != NONE) {
        int from = reachedFrom[column];
        int before = columnOf[from];
        columnOf[from] = column;
        rowOf[column] = from;
        column = from == start ? NONE : before;
      }
    }
    return columnOf;
  }
}
