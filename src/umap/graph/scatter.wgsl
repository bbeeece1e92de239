// Writes the columns that one level adds to the rows of a graph part, in no particular order.
struct Params {
  begin: u32, end: u32, partBegin: u32, k: u32, most: u32, // neighbors in the lists, and in the last set
  level: u32,
  k0: u32, k1: u32, k2: u32, k3: u32, k4: u32, // neighbors of all sets but the last, then 256: above every place
  graphBegin: u32, graphEnd: u32,              // rows of the graph part
}
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;                   // [rows of the part, k]
@group(0) @binding(2) var<storage, read> places: array<u32>;                // [rows of the part, ceil(k / 4)]
@group(0) @binding(3) var<storage, read_write> cursors: array<atomic<u32>>; // [rows of the graph part]
@group(0) @binding(4) var<storage, read_write> columns: array<u32>;         // [entries of the graph part]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let local = row - params.partBegin;
  for (var slot = 1u; slot < params.most; slot++) {
    let place = placeAt(local, slot);
    if (levelOf(slot, place) != params.level) { continue; }
    let neighbor = ids[local * params.k + slot];
    put(row, neighbor);
    if (place == NONE) { put(neighbor, row); }
  }
}

fn put(head: u32, column: u32) {
  if (head < params.graphBegin || head >= params.graphEnd) { return; }
  columns[atomicAdd(&cursors[head - params.graphBegin], 1u)] = column;
}
