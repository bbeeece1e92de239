#version 300 es
// Points at the mix of up to three resident layouts.
layout(location = 0) in vec2 p0;
layout(location = 1) in vec2 p1;
layout(location = 2) in vec2 p2;
layout(location = 3) in vec4 color;
uniform vec3 weights;
// The camera's place in two parts, so that single precision does where it is zoomed in far.
uniform vec4 center;
uniform vec2 scale;
uniform vec4 tint;
uniform float sizePx;
out vec4 vColor;

// A slot with no weight may hold a row without a place (NaN), and 0 · NaN is NaN.
vec2 share(float weight, vec2 p) {
  return weight == 0.0 ? vec2(0.0) : weight * p;
}

void main(void) {
  vec2 p = share(weights.x, p0) + share(weights.y, p1) + share(weights.z, p2);
  vColor = vec4(mix(color.rgb, tint.rgb, tint.a), color.a);
  if (isnan(p.x) || isnan(p.y) || color.a == 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 1.0;
    return;
  }
  gl_Position = vec4(((p - center.xy) - center.zw) * scale, 0.0, 1.0);
  gl_PointSize = sizePx;
}
