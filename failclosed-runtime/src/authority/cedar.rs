//! The embedded authority: policies in Cedar. (Under construction.)
