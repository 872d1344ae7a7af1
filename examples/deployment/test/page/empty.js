// The page of the tests needs no code of webpack's.
