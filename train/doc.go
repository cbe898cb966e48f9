// Package train fits models to folders of labelled pictures and measures how
// well they answer.
package train
