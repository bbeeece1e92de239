// Follows every label to the end of its chain.
struct Params { begin: u32, end: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> labels: array<atomic<u32>>; // [nPoints]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  var label = atomicLoad(&labels[row]);
  loop {
    let next = atomicLoad(&labels[label]);
    if (next == label) { break; }
    label = next;
  }
  atomicMin(&labels[row], label);
}
