namespace Weir.Hsm.Shipping;

/// <summary>
/// Expands patterns of paths as a shell does: <c>*</c>, <c>?</c> and <c>[a-z]</c> or <c>[!a-z]</c> within one name; a leading dot must be
/// written out; <c>\</c> takes the next character as it is. Directories on the way may be links.
/// </summary>
public static class ActionGlob
{
    /// <summary>More than this many paths are not looked at.</summary>
    public const int MaxMatches = 65_536;

    /// <summary>The paths that exist, in ordinal order, each once.</summary>
    /// <param name="patterns">Patterns; one that is no absolute path counts from the current directory.</param>
    /// <param name="errors">Receives what could not be listed, and why.</param>
    public static IReadOnlyList<string> Expand(IEnumerable<string> patterns, ICollection<string> errors)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string pattern in patterns)
        {
            string[] parts = Path.GetFullPath(pattern).Split('/', StringSplitOptions.RemoveEmptyEntries);
            Walk("/", parts, 0, found, errors);
        }

        return [.. found];
    }

    /// <summary>A pattern that matches this path and no other.</summary>
    public static string Escape(string path)
    {
        var escaped = new System.Text.StringBuilder(path.Length);
        foreach (char c in path)
        {
            if (c is '*' or '?' or '[' or '\\') escaped.Append('\\');
            escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>Whether the whole name fits the pattern of one path component.</summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (name.StartsWith('.') && !pattern.StartsWith('.')) return false;

        // Where the last star stood and how much it has taken: going back there is enough, an earlier star never helps.
        int star = -1;
        int taken = 0;
        int p = 0;
        int n = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                taken = n;
            }
            else if (p < pattern.Length && MatchesOne(pattern[p..], name[n], out int used))
            {
                p += used;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++taken;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    private static void Walk(string directory, string[] parts, int at, SortedSet<string> found, ICollection<string> errors)
    {
        // Everything without a wildcard is taken as it is, up to the next name that has one.
        while (at < parts.Length && parts[at].AsSpan().IndexOfAny("*?[\\") < 0) directory = Path.Combine(directory, parts[at++]);
        if (at == parts.Length)
        {
            if (File.Exists(directory) || Directory.Exists(directory)) Add(directory, found, errors);
            return;
        }

        if (File.Exists(directory)) return;
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(directory))
            {
                if (!IsMatch(parts[at], Path.GetFileName(path.AsSpan()))) continue;
                if (at == parts.Length - 1) Add(path, found, errors);
                else Walk(path, parts, at + 1, found, errors);
                if (found.Count == MaxMatches) return;
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            if (failed is not DirectoryNotFoundException) errors.Add($"{directory} cannot be listed: {failed.Message}");
        }
    }

    private static void Add(string path, SortedSet<string> found, ICollection<string> errors)
    {
        if (found.Count == MaxMatches) return;
        found.Add(path);
        if (found.Count == MaxMatches) errors.Add($"more than {MaxMatches} files match; the rest are not looked at");
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, char c, out int used)
    {
        used = 1;
        switch (pattern[0])
        {
            case '?':
                return true;
            case '\\' when pattern.Length > 1:
                used = 2;
                return pattern[1] == c;
            case '[':
                // A bracket that comes first, also behind the negation, belongs to the set.
                int from = pattern.Length > 1 && pattern[1] is ('!' or '^') ? 3 : 2;
                int length = pattern.Length > from ? pattern[from..].IndexOf(']') : -1;
                if (length < 0) return c == '[';
                used = from + length + 1;
                return IsInSet(pattern[1..(from + length)], c);
            default:
                return pattern[0] == c;
        }
    }

    private static bool IsInSet(ReadOnlySpan<char> set, char c)
    {
        bool isNegated = set[0] is '!' or '^';
        if (isNegated) set = set[1..];
        bool isIn = false;
        for (int i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                isIn |= set[i] <= c && c <= set[i + 2];
                i += 2;
            }
            else
            {
                isIn |= set[i] == c;
            }
        }

        return isIn != isNegated;
    }
}
