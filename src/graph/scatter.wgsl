// Writes every entry of the symmetric graph into its row, in no particular order.
struct Params { begin: u32, end: u32, stride: u32, k: u32, nEpochs: f32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;                   // [nPoints, stride], the first k in use
@group(0) @binding(2) var<storage, read> unions: array<f32>;                // [nPoints, k], negative where one-way
@group(0) @binding(3) var<storage, read> largest: array<u32>;               // [1] bits of the largest union
@group(0) @binding(4) var<storage, read_write> cursors: array<atomic<u32>>; // [nPoints + 1] a copy of the row starts
@group(0) @binding(5) var<storage, read_write> heads: array<u32>;           // [nEdges]
@group(0) @binding(6) var<storage, read_write> columns: array<u32>;         // [nEdges]
@group(0) @binding(7) var<storage, read_write> weights: array<f32>;         // [nEdges]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let least = bitcast<f32>(largest[0]) / params.nEpochs;
  for (var slot = 1u; slot < params.k; slot++) {
    let united = unions[row * params.k + slot];
    if (abs(united) < least || united == 0.0) { continue; }
    let tail = ids[row * params.stride + slot];
    place(row, tail, abs(united));
    if (united < 0.0) { place(tail, row, -united); }
  }
}

fn place(head: u32, column: u32, weight: f32) {
  let at = atomicAdd(&cursors[head], 1u);
  heads[at] = head;
  columns[at] = column;
  weights[at] = weight;
}
