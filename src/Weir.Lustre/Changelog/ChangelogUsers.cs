using System.Buffers.Text;
using System.Text;

namespace Weir.Lustre.Changelog;

/// <summary>A registered reader of a changelog.</summary>
/// <param name="Id">As <c>cl1</c>, or <c>cl1-robin</c> with a name.</param>
/// <param name="Index">Everything up to here it has cleared.</param>
/// <param name="IdleSeconds">Since it last cleared something; null where the MDT does not say (up to 2.10).</param>
/// <param name="Mask">The record types it registered for; null: the MDT's own mask.</param>
public sealed record ChangelogUser(string Id, ulong Index, long? IdleSeconds, ChangelogMask? Mask)
{
    /// <summary>The number within the id, which is all that a clear needs.</summary>
    public uint Number => TryParseId(Id, out uint number) ? number : 0;

    /// <summary>Reads the number of <c>cl1</c> or <c>cl1-name</c>.</summary>
    public static bool TryParseId(string id, out uint number)
    {
        number = 0;
        int dash = id.IndexOf('-', StringComparison.Ordinal);
        ReadOnlySpan<char> digits = dash < 0 ? id : id.AsSpan(0, dash);
        return digits.StartsWith("cl") && uint.TryParse(digits[2..], System.Globalization.NumberStyles.None, null, out number) && number > 0;
    }
}

/// <summary>What an MDT says in <c>changelog_users</c>. Format, in the versions there are: docs/changelogs.md.</summary>
/// <param name="CurrentIndex">The last record written.</param>
public sealed record ChangelogUsers(ulong CurrentIndex, IReadOnlyList<ChangelogUser> Users)
{
    private const int MaxUsers = 10_000;

    /// <summary>Reads the file. False when it does not start with the current index; a line that is no user's is left out and counted.</summary>
    public static bool TryParse(ReadOnlySpan<byte> file, out ChangelogUsers users, out int skippedLines)
    {
        ulong? current = null;
        var found = new List<ChangelogUser>();
        skippedLines = 0;
        foreach (Range range in file.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = file[range].Trim((byte)' ');
            if (line.IsEmpty || line.StartsWith("ID"u8) || line.StartsWith("mdd."u8)) continue;
            if (TryParseCurrent(line, out ulong index)) current ??= index;
            else if (found.Count < MaxUsers && TryParseUser(line, out ChangelogUser? user)) found.Add(user);
            else skippedLines++;
        }

        users = new(current ?? 0, found);
        return current is not null;
    }

    /// <summary>The user with the number of this id; null when it is not registered.</summary>
    public ChangelogUser? Find(string id) =>
        ChangelogUser.TryParseId(id, out uint number) ? Users.FirstOrDefault(user => user.Number == number) : null;

    private static bool TryParseCurrent(ReadOnlySpan<byte> line, out ulong index)
    {
        index = 0;
        if (!line.StartsWith("current_index:"u8) && !line.StartsWith("current index:"u8)) return false;
        ReadOnlySpan<byte> number = line["current_index:".Length..].Trim((byte)' ');
        return Utf8Parser.TryParse(number, out index, out int used) && used == number.Length;
    }

    private static bool TryParseUser(ReadOnlySpan<byte> line, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ChangelogUser? user)
    {
        user = null;
        if (line.Length > 4096 || line.ContainsAnyExceptInRange((byte)' ', (byte)'~')) return false;
        string[] words = Encoding.ASCII.GetString(line).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !ChangelogUser.TryParseId(words[0], out _)) return false;
        if (!ulong.TryParse(words[1], System.Globalization.NumberStyles.None, null, out ulong index)) return false;
        long? idle = null;
        ChangelogMask? mask = null;
        foreach (string word in words.AsSpan(2))
        {
            if (word is ['(', .. var seconds, ')'] && long.TryParse(seconds, out long value)) idle = value;
            else if (word.StartsWith("mask=", StringComparison.Ordinal) && ChangelogMask.TryParse(word[5..], out ChangelogMask named, out _)) mask = named;
        }

        user = new(words[0], index, idle, mask);
        return true;
    }
}
