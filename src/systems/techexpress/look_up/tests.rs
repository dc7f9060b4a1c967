//! Questions and answers, against a server that answers as told.
