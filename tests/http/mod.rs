//! What goes over the wire: rights at every address, forms, sessions, strange input, repeated requests, and the documents.
mod bytes;
mod cases;
mod desk;
mod documents;
mod files;
mod hostile;
mod house;
mod operating;
mod passwords;
mod people;
mod repeated;
mod rights;
mod sessions;
mod setting;
mod shapes;
mod tasks;
mod transfer;
