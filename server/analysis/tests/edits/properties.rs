//! Whatever the document: the result parses, and means what the edit says, no less and no more.
