package nn

// newLayer returns an empty layer of a class as Keras names it, including the
// aliases MaxPool2D, AvgPool2D and the like.
func newLayer(class string) (configurable, bool) {
	switch class {
	case "InputLayer":
		return &InputLayer{}, true
	case "Conv2D", "Convolution2D":
		return &Conv2D{}, true
	case "DepthwiseConv2D":
		return &DepthwiseConv2D{}, true
	case "SeparableConv2D", "SeparableConvolution2D":
		return &SeparableConv2D{}, true
	case "Dense":
		return &Dense{}, true
	case "MaxPooling2D", "MaxPool2D":
		return &MaxPooling2D{}, true
	case "AveragePooling2D", "AvgPool2D":
		return &AveragePooling2D{}, true
	case "GlobalMaxPooling2D", "GlobalMaxPool2D":
		return &GlobalMaxPooling2D{}, true
	case "GlobalAveragePooling2D", "GlobalAvgPool2D":
		return &GlobalAveragePooling2D{}, true
	case "Flatten":
		return &Flatten{}, true
	case "Reshape":
		return &Reshape{}, true
	case "Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout":
		return &Dropout{Kind: class}, true
	case "BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization":
		return &BatchNormalization{}, true
	case "Activation":
		return &ActivationLayer{}, true
	case "ReLU":
		return &ReLU{}, true
	case "ELU":
		return &ELU{}, true
	case "LeakyReLU":
		return &LeakyReLU{}, true
	case "PReLU":
		return &PReLU{}, true
	case "Softmax":
		return &Softmax{}, true
	case "ZeroPadding2D":
		return &ZeroPadding2D{}, true
	case "Cropping2D":
		return &Cropping2D{}, true
	case "Rescaling":
		return &Rescaling{}, true
	case "Normalization":
		return &Normalization{}, true
	case "Resizing":
		return &Resizing{}, true
	case "Add", "Multiply", "Subtract", "Average", "Maximum", "Minimum":
		return &Merge{Kind: class}, true
	case "Concatenate":
		return &Concatenate{}, true
	case "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness", "RandomCrop",
		"RandomHeight", "RandomWidth", "RandomShear", "RandomHue", "RandomSaturation", "RandomGrayscale", "RandomInvert",
		"RandomPosterization", "RandomSharpness", "RandomColorJitter", "RandomColorDegeneration", "RandomGaussianBlur",
		"RandomErasing", "RandomElasticTransform", "RandomPerspective":
		return &Augmentation{Kind: class}, true
	}
	return nil, false
}
