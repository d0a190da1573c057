"""What all rooms know of Vietnamese: normal forms, syllables, lexicon, n-grams, text quality."""
