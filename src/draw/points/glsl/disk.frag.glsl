#version 300 es
// A disk with a soft edge; the point is one pixel larger than it.
precision highp float;
uniform float sizePx;
uniform float alpha;
in vec4 vColor;
out vec4 fragColor;

void main(void) {
  float fromCenterPx = length(gl_PointCoord - 0.5) * sizePx;
  float cover = clamp(0.5 * sizePx - fromCenterPx, 0.0, 1.0);
  if (cover <= 0.0) discard;
  float a = vColor.a * alpha * cover;
  fragColor = vec4(vColor.rgb * a, a);
}
