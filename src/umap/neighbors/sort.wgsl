// Sorts every heap in place (heapsort) and writes the rows out: the point itself, then its neighbors, nearest first.
struct Params { begin: u32, end: u32, bandBegin: u32, bandEnd: u32, partBegin: u32, heapSize: u32, isCosine: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> heapDistances: array<f32>; // [heapSize, band] squared
@group(0) @binding(2) var<storage, read_write> heapIds: array<u32>;       // [heapSize, band]
@group(0) @binding(3) var<storage, read_write> ids: array<u32>;           // [rows of the part, heapSize + 1]
@group(0) @binding(4) var<storage, read_write> distances: array<f32>;     // [rows of the part, heapSize + 1] Euclidean, or half its square

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let at = row - params.bandBegin;
  let stride = params.bandEnd - params.bandBegin;
  let out = (row - params.partBegin) * (params.heapSize + 1u);
  writeRow(row, at, stride, out);
}

fn rowOfPoint(point: u32) -> u32 { return point; }
