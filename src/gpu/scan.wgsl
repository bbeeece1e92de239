// Exclusive prefix sum in one workgroup: every thread sums a run of neighbors, the run sums are scanned, and every
// thread writes its run. Good to some millions of values; beyond that, the runs get long.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<u32>;       // [count]
@group(0) @binding(2) var<storage, read_write> starts: array<u32>; // [count + 1], the last is the total

const THREADS = 256u;
var<workgroup> sums: array<u32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32) {
  let run = (params.count + THREADS - 1u) / THREADS;
  let begin = min(thread * run, params.count);
  let end = min(begin + run, params.count);
  var sum = 0u;
  for (var i = begin; i < end; i++) { sum += values[i]; }
  sums[thread] = sum;
  for (var reach = 1u; reach < THREADS; reach *= 2u) {
    workgroupBarrier();
    var before = 0u;
    if (thread >= reach) { before = sums[thread - reach]; }
    workgroupBarrier();
    sums[thread] += before;
  }
  var start = sums[thread] - sum;
  for (var i = begin; i < end; i++) {
    let value = values[i];
    starts[i] = start;
    start += value;
  }
  if (thread == THREADS - 1u) { starts[params.count] = start; }
}
