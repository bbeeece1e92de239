override ROWS: u32; // rows of a workgroup, at least WORKGROUP_SIZE
var<workgroup> taken: atomic<u32>;

// Lanes take their next row from a counter of the workgroup, so that one with few due edges does not wait for one with many.
@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  workgroupBarrier(); // without a barrier SwiftShader zeroes workgroup memory once a subgroup, not once a workgroup
  let first = params.begin + group.x * ROWS;
  let last = min(first + ROWS, params.end);
  var head = first + lane;
  var isNew = true;
  var edge = 0u;
  var end = 0u;
  var toColumns = 0u;
  var random = 0u;
  var rate = 0u;
  var position = vec2f();
  loop {
    loop {
      if (isNew) {
        if (head >= last) { break; }
        let local = (head - params.partBegin) * params.nSets;
        let own = bounds[local + params.setIndex];
        toColumns = bounds[local + params.nSets - 1u].x - own.x;
        edge = own.x;
        end = own.x + own.y;
        position = positions[head];
        random = pcg(params.seed ^ pcg(params.epoch ^ pcg(head)));
        isNew = false;
      }
      if (edge < end) {
        rate = rateOf(weightAt(edge));
        if (samples(params.epoch, rate) != samples(params.epoch - 1u, rate)) { break; }
        edge++;
      } else {
        moved[head] = position;
        head = first + WORKGROUP_SIZE + atomicAdd(&taken, 1u);
        isNew = true;
      }
    }
    if (head >= last) { break; }
    //EDGE
    edge++;
  }
}
