// Puts the columns that one level added to each row into ascending order (heapsort), so that the graph, and every sum over
// it, is the same on every run.
struct Params { begin: u32, end: u32, nSets: u32, level: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bounds: array<vec2u>;       // [rows of the part, nSets]
@group(0) @binding(2) var<storage, read_write> columns: array<u32>;  // [entries]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let start = bounds[(row + 1u) * params.nSets - 1u].x;
  var first = start;
  if (params.level > 0u) { first = start + bounds[row * params.nSets + params.level - 1u].y; }
  let size = start + bounds[row * params.nSets + params.level].y - first;
  if (size < 2u) { return; }
  for (var root = size / 2u; root > 0u; root--) { sift(first, root - 1u, size); }
  for (var last = size - 1u; last > 0u; last--) {
    let largest = columns[first];
    columns[first] = columns[first + last];
    columns[first + last] = largest;
    sift(first, 0u, last);
  }
}

fn sift(first: u32, start: u32, size: u32) {
  let value = columns[first + start];
  var slot = start;
  loop {
    var child = 2u * slot + 1u;
    if (child >= size) { break; }
    if (child + 1u < size && columns[first + child + 1u] > columns[first + child]) { child++; }
    if (columns[first + child] <= value) { break; }
    columns[first + slot] = columns[first + child];
    slot = child;
  }
  columns[first + slot] = value;
}
