// Package opencv reads cameras, pipelines, streams, clips and folders of
// pictures through OpenCV and writes them as frames. It is the only package that
// knows OpenCV, and does so under the build tag opencv; without the tag it says
// how to get it.
package opencv
