"""What may leave: detectors, the policy language, rulings and transformations. No I/O, no clock, no logger."""
