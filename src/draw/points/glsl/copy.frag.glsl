#version 300 es
precision highp float;
uniform sampler2D picture;
uniform float alpha;
out vec4 fragColor;

void main(void) {
  fragColor = alpha * texelFetch(picture, ivec2(gl_FragCoord.xy), 0);
}
