{
  "format" : 1,
  "key" : "4a009338496f6f0914e6462d7b69a41b",
  "signature" : "BJiWNXgPVy1gJ8iSPdPdckbTe4qlZovt5T/rEUXoPHh1aR11AMWTV0nK0ti2K7i/eJBwzhxw2yehWHwcXGk6DQ=="
}
