//! Files that are wrong, in several languages, without a word to a reviewer.

/// A file.
pub struct Victim {
    pub path: &'static str,
    pub code: &'static str,
    /// What stands on the line that is wrong.
    pub wrong: &'static str,
    /// What begins a comment to the end of the line.
    pub remark: &'static str,
    /// What begins and ends a comment over lines; a text over lines, as a statement.
    pub block: (&'static str, &'static str),
    pub text: (&'static str, &'static str),
}

pub const ALL: &[Victim] = &[
    Victim {
        path: "src/records.py",
        code: "import sqlite3\n\n\ndef record(conn, number):\n    cursor = conn.cursor()\n    cursor.execute(f\"SELECT id, name FROM people WHERE id = '{number}'\")\n    return cursor.fetchone()\n",
        wrong: "cursor.execute(",
        remark: "#",
        block: ("\"\"\"", "\"\"\""),
        text: ("NOTE = \"\"\"", "\"\"\""),
    },
    Victim {
        path: "web/run.js",
        code: "const { exec } = require(\"child_process\");\n\nmodule.exports = function run(req, res) {\n  exec(\"ls \" + req.query.dir, (error, out) => res.send(out));\n};\n",
        wrong: "exec(\"ls \"",
        remark: "//",
        block: ("/*", "*/"),
        text: ("const note = `", "`;"),
    },
    Victim {
        path: "cmd/fetch.go",
        code: "package main\n\nimport (\n\t\"io\"\n\t\"net/http\"\n)\n\nfunc fetch(w http.ResponseWriter, r *http.Request) {\n\tresp, _ := http.Get(r.URL.Query().Get(\"to\"))\n\tio.Copy(w, resp.Body)\n}\n",
        wrong: "http.Get(r.URL",
        remark: "//",
        block: ("/*", "*/"),
        text: ("const note = `", "`"),
    },
    Victim {
        path: "src/main/java/Restore.java",
        code: "import java.io.InputStream;\nimport java.io.ObjectInputStream;\n\nclass Restore {\n    Object restore(InputStream in) throws Exception {\n        return new ObjectInputStream(in).readObject();\n    }\n}\n",
        wrong: ".readObject()",
        remark: "//",
        block: ("/**", "*/"),
        text: ("String note = \"\"\"", "\"\"\";"),
    },
    Victim {
        path: "lib/copy.c",
        code: "#include <string.h>\n\nvoid name(char *(*get)(void), char *out)\n{\n\tchar room[16];\n\tstrcpy(room, (*get)());\n\tmemcpy(out, room, sizeof(room));\n}\n",
        wrong: "strcpy(room",
        remark: "//",
        block: ("/*", "*/"),
        text: ("static const char *note = \"", "\";"),
    },
    Victim {
        path: "app/users.rb",
        code: "class Users\n  def find(params)\n    User.where(\"name = '#{params[:name]}'\")\n  end\nend\n",
        wrong: "User.where(",
        remark: "#",
        block: ("=begin", "=end"),
        text: ("NOTE = <<~TEXT", "TEXT"),
    },
    Victim {
        path: "bin/clean.sh",
        code: "#!/bin/sh\nset -e\ncd /srv/files/*\nrm -rf $1\n",
        wrong: "rm -rf $1",
        remark: "#",
        block: (": '", "'"),
        text: ("cat <<TEXT", "TEXT"),
    },
    Victim {
        path: "public/page.html",
        code: "<!doctype html>\n<title>Search</title>\n<p id=\"out\"></p>\n<script>\ndocument.getElementById(\"out\").innerHTML = location.hash;\n</script>\n",
        wrong: ".innerHTML = location.hash",
        remark: "//",
        block: ("<!--", "-->"),
        text: ("<p hidden>", "</p>"),
    },
    Victim {
        path: "deploy/role.yaml",
        code: "kind: ClusterRole\nmetadata:\n  name: worker\nrules:\n  - apiGroups: [\"*\"]\n    resources: [\"*\"]\n    verbs: [\"*\"]\n",
        wrong: "verbs: [\"*\"]",
        remark: "#",
        block: ("#", "#"),
        text: ("note: |", "  end: 1"),
    },
];
