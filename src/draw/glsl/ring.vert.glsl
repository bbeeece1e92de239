#version 300 es
// One ring around a point, without attributes.
uniform vec2 place;
uniform float sizePx;
void main(void) {
  gl_Position = vec4(place, 0.0, 1.0);
  gl_PointSize = sizePx;
}
