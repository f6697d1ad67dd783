{
  "format" : 1,
  "key" : "97bad5d1ef3adfed69277473a9a9f44d",
  "signature" : "2uxytFKeSqoWm+ppVbJ9MnlEu9VZBgbhYtjbV8l7HMXqhOMQ3H4yJmCBzivJSd1MF65GQeBDhTsn4JdmFiHAAw==",
  "rotation" : [ {
    "format" : 1,
    "from" : "MCowBQYDK2VwAyEAjeaJ8gUS5VXM0An+xUha0ye/z0k2ZS32ci0s4nyjs1g=",
    "to" : "MCowBQYDK2VwAyEAh/CYShRMsgbnfsow3ZjOpwONrO5VsNMKofuSjdx8BO4=",
    "signature" : "CdNnvZNfSg0m44HFKmDluOr8t2rPOBeVVXZZxyTc+R+feu5Q/RB+RbapqjJip+4rWmB028rZV8xFwyOvQkcLAg=="
  } ]
}
