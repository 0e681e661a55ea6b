//! Vietnamese text: normal form, folding, dates, numbers, order.
