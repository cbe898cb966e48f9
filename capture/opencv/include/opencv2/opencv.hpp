// Stands before OpenCV's own opencv.hpp, which includes every module: gocv needs
// no more than these, so neither their development packages nor their time.
#pragma once
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
