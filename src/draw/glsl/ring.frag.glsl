#version 300 es
precision highp float;
uniform float sizePx;
uniform float widthPx;
uniform vec3 ink;
out vec4 fragColor;

void main(void) {
  // The outer edge stands one pixel inside the point.
  float middlePx = 0.5 * sizePx - 1.0 - 0.5 * widthPx;
  float away = abs(length(gl_PointCoord - 0.5) * sizePx - middlePx);
  float a = clamp(0.5 * widthPx + 0.5 - away, 0.0, 1.0);
  if (a <= 0.0) discard;
  fragColor = vec4(ink * a, a);
}
