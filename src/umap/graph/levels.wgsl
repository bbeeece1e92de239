// The first of the nested sets that an edge is in: the first whose k reaches its place in either end's list.
// Above every place; in `places` 0 says so, which no place is: a point's list begins with itself.
const NONE = 255u;

fn placeAt(local: u32, slot: u32) -> u32 {
  let place = (places[local * ((params.k + 3u) / 4u) + slot / 4u] >> (8u * (slot & 3u))) & 255u;
  return select(NONE, place, place > 0u && place < params.most);
}

fn levelOf(slot: u32, place: u32) -> u32 {
  let reach = min(slot, place); // NONE is above every slot
  return u32(reach >= params.k0) + u32(reach >= params.k1) + u32(reach >= params.k2) + u32(reach >= params.k3)
    + u32(reach >= params.k4);
}
