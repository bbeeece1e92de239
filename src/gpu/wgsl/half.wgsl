// Four half-floats as float32; needs no optional feature.
fn unpackQuad(quad: vec2u) -> vec4f {
  return vec4f(unpack2x16float(quad.x), unpack2x16float(quad.y));
}
