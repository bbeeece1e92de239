// Weight of an entry of a graph part, in 1/65,535.
fn weightAt(at: u32) -> u32 { return (weights[at >> 1u] >> (16u * (at & 1u))) & 0xffffu; }
