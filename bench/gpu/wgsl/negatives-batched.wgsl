    // Four positions are asked for before the first is needed; they act in the same order.
    var due = negatives(rate);
    for (; due >= 4u; due -= 4u) {
      let random1 = random * 747796405u + 2891336453u;
      let random2 = random1 * 747796405u + 2891336453u;
      let random3 = random2 * 747796405u + 2891336453u;
      random = random3 * 747796405u + 2891336453u;
      let other1 = scaled(random1, params.nPoints);
      let other2 = scaled(random2, params.nPoints);
      let other3 = scaled(random3, params.nPoints);
      let other4 = scaled(random, params.nPoints);
      let position1 = positions[other1];
      let position2 = positions[other2];
      let position3 = positions[other3];
      let position4 = positions[other4];
      position += repulsion(position - position1, other1 != head);
      position += repulsion(position - position2, other2 != head);
      position += repulsion(position - position3, other3 != head);
      position += repulsion(position - position4, other4 != head);
    }
    for (; due > 0u; due--) {
      random = random * 747796405u + 2891336453u;
      let other = scaled(random, params.nPoints);
      position += repulsion(position - positions[other], other != head);
    }
