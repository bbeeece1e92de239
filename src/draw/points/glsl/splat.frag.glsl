#version 300 es
// A point's share of the density around it, to be summed; the kernel (1 − r²)² integrates to one point.
precision highp float;
uniform float sizePx;
uniform float unit;
in vec4 vColor;
out vec4 fragColor;

void main(void) {
  float weight = 1.0;
  if (sizePx > 1.5) {
    vec2 r = 2.0 * gl_PointCoord - 1.0;
    float inside = 1.0 - dot(r, r);
    if (inside <= 0.0) discard;
    weight = 12.0 / (3.14159265 * sizePx * sizePx) * inside * inside;
  }
  weight *= vColor.a * unit;
  // Colors are averaged as light, near enough.
  fragColor = vec4(vColor.rgb * vColor.rgb * weight, weight);
}
