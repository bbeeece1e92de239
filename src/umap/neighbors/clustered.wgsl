// Nearest neighbors among the points of near clusters: 64 queries of one cluster a workgroup, against the clusters that are
// nearest to it, as far as their points lie in one buffer.
struct Params {
  nQuads: u32,       // vec4s a vector, a multiple of 4
  heapSize: u32,     // neighbors wanted, the point itself not counted
  bandBlocks: u32,   // blocks of queries that have heaps
  firstBlock: u32,   // block of the first workgroup
  isFirst: u32,      // 1 for the band's first points: the heaps are made
  queriesBegin: u32, // first row of the queries' buffer
  othersBegin: u32,  // rows of the points' buffer
  othersEnd: u32,
  nClusters: u32,
  width: u32,        // clusters in each list; 0 where a block looks at its cluster and those after it
  probeBegin: u32,   // places in the lists
  probeEnd: u32,
  slack: f32,        // relative error bound of the filter
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> queries: array<vec2u>;           // [rows, nQuads] four half-floats each
@group(0) @binding(2) var<storage, read> others: array<vec2u>;            // [rows, nQuads]
@group(0) @binding(3) var<storage, read> norms: array<f32>;               // [nPoints]
@group(0) @binding(4) var<storage, read> blocks: array<u32>;              // [bandBlocks, 65] cluster, then queries; NONE where none
@group(0) @binding(5) var<storage, read> clusters: array<u32>;            // [nClusters + 1] first points, [nClusters, width] nearest first
@group(0) @binding(6) var<storage, read_write> heapDistances: array<f32>; // [heapSize, 64 · bandBlocks] squared
@group(0) @binding(7) var<storage, read_write> heapIds: array<u32>;       // [heapSize, 64 · bandBlocks]

const NONE = 0xffffffffu;

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let blockIndex = params.firstBlock + group.x;
  let stride = 64u * params.bandBlocks;
  let at = 64u * blockIndex + index;
  let cluster = blocks[65u * blockIndex];
  let own = blocks[65u * blockIndex + 1u + index];
  let isQuery = !(own == NONE);
  let query = select(blocks[65u * blockIndex + 1u], own, isQuery); // a block has at least one
  begin(query, at, stride, index, params.isFirst == 1u);
  for (var probe = params.probeBegin; probe < params.probeEnd; probe++) {
    var near = cluster + probe;
    if (params.width > 0u) { near = clusters[params.nClusters + 1u + cluster * params.width + probe]; }
    if (near >= params.nClusters) { break; }
    let first = max(clusters[near], params.othersBegin);
    let last = min(clusters[near + 1u], params.othersEnd);
    compare(query, at, stride, isQuery, index, thread.xy, first, last);
    workgroupBarrier();
  }
}
