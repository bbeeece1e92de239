// Exact nearest neighbors: 64 queries of a band a workgroup, against a run of points.
struct Params {
  nQuads: u32,      // vec4s a vector, a multiple of 4
  heapSize: u32,    // neighbors wanted, the point itself not counted
  bandBegin: u32,   // queries that have heaps
  bandEnd: u32,
  firstBlock: u32,  // block of 64 queries of the band of the first workgroup
  isFirst: u32,     // 1 for the band's first points: the heaps are made
  queriesBegin: u32, // first row of the queries' buffer
  othersBegin: u32, // first row of the points' buffer
  pointsBegin: u32,
  pointsEnd: u32,
  slack: f32,       // relative error bound of the filter
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> queries: array<vec2u>;           // [rows, nQuads] four half-floats each
@group(0) @binding(2) var<storage, read> others: array<vec2u>;            // [rows, nQuads]
@group(0) @binding(3) var<storage, read> norms: array<f32>;               // [nPoints]
@group(0) @binding(4) var<storage, read_write> heapDistances: array<f32>; // [heapSize, band] squared
@group(0) @binding(5) var<storage, read_write> heapIds: array<u32>;       // [heapSize, band]

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let stride = params.bandEnd - params.bandBegin;
  let at = min((params.firstBlock + group.x) * 64u + index, stride - 1u);
  let isQuery = (params.firstBlock + group.x) * 64u + index < stride;
  let query = params.bandBegin + at;
  begin(query, at, stride, index, isQuery && params.isFirst == 1u);
  compare(query, at, stride, isQuery, index, thread.xy, params.pointsBegin, params.pointsEnd);
}
