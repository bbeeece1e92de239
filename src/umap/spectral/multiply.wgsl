// One step of a three-term recurrence with the normalized adjacency A = D^-1/2 W D^-1/2 on six vectors:
// next = alpha·A·basis + beta·basis + gamma·next.
struct Params { begin: u32, end: u32, partBegin: u32, nSets: u32, least: u32, alpha: f32, beta: f32, gamma: f32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bounds: array<vec2u>;        // [rows of the part, nSets]
@group(0) @binding(2) var<storage, read> columns: array<u32>;         // [entries]
@group(0) @binding(3) var<storage, read> weights: array<u32>;         // [entries] of the last set, two each
@group(0) @binding(4) var<storage, read> rootDegrees: array<f32>;     // [nPoints]
@group(0) @binding(5) var<storage, read> basis: array<vec2f>;         // [nPoints, 3]
@group(0) @binding(6) var<storage, read_write> next: array<vec2f>;    // [nPoints, 3]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  var a = vec2f();
  var b = vec2f();
  var c = vec2f();
  let own = bounds[(row - params.partBegin + 1u) * params.nSets - 1u];
  for (var edge = own.x; edge < own.x + own.y; edge++) {
    let column = columns[edge];
    let whole = weightAt(edge);
    if (whole < params.least) { continue; }
    let weight = f32(whole) / (65535.0 * rootDegrees[column]);
    a += weight * basis[3u * column];
    b += weight * basis[3u * column + 1u];
    c += weight * basis[3u * column + 2u];
  }
  let alpha = params.alpha / rootDegrees[row];
  let at = 3u * row;
  next[at] = alpha * a + params.beta * basis[at] + params.gamma * next[at];
  next[at + 1u] = alpha * b + params.beta * basis[at + 1u] + params.gamma * next[at + 1u];
  next[at + 2u] = alpha * c + params.beta * basis[at + 2u] + params.gamma * next[at + 2u];
}
