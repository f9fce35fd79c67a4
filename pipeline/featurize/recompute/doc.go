// Package recompute checks stored features against their documents: pages chosen
// at random are read, prepared and sent through the trunk again, and what comes
// out is compared with what is stored.
package recompute
