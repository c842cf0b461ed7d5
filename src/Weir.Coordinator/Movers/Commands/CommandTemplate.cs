using System.Globalization;
using System.Text;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Movers.Commands;

/// <summary>
/// Makes a program's arguments and environment of a request. Placeholders: <c>{action}</c> (archive, restore, remove), <c>{fid}</c>, <c>{dfid}</c>, <c>{path}</c>, <c>{data}</c>,
/// <c>{cookie}</c>, <c>{archive_id}</c>, <c>{mount}</c>, <c>{fsname}</c>; <c>{{</c> and <c>}}</c> are braces. The same stand in the environment as WEIR_ACTION and so on, with
/// WEIR_DATA_HEX. Each stays within its argument: no shell sees it.
/// </summary>
public static class CommandTemplate
{
    private static readonly string[] Names = ["action", "fid", "dfid", "path", "data", "cookie", "archive_id", "mount", "fsname"];

    /// <summary>What is wrong with a program's arguments; null when nothing is.</summary>
    public static string? Check(IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        try
        {
            foreach (string word in words) Fill(word, static _ => []);
            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>The arguments, as bytes: data and names need not be UTF-8.</summary>
    /// <exception cref="MoverException">A value cannot be an argument, because there is a NUL in it.</exception>
    internal static byte[][] Arguments(CommandOptions options, ActionRun run, string path) => [.. options.Words.Select(word => Fill(word, name => Value(name, options, run, path)))];

    /// <summary>What is added to the environment.</summary>
    internal static List<byte[]> Environment(CommandOptions options, ActionRun run, string path)
    {
        var variables = new List<byte[]>();
        foreach (string name in Names)
        {
            if (name == "data" && HasNul(run.Request)) continue;
            variables.Add([.. Encoding.ASCII.GetBytes($"WEIR_{name.ToUpperInvariant()}="), .. Value(name, options, run, path)]);
        }

        variables.Add(Encoding.ASCII.GetBytes($"WEIR_DATA_HEX={Convert.ToHexStringLower(Data(run.Request).Span)}"));
        return variables;
    }

    private static byte[] Fill(string word, Func<string, byte[]> value)
    {
        var filled = new List<byte>();
        for (int i = 0; i < word.Length; i++)
        {
            bool isDoubled = i + 1 < word.Length && word[i + 1] == word[i];
            if (word[i] is '{' or '}' && isDoubled)
            {
                filled.Add((byte)word[i++]);
            }
            else if (word[i] == '{')
            {
                int end = word.IndexOf('}', i);
                string name = end < 0 ? word[i..] : word[(i + 1)..end];
                if (!Names.Contains(name)) throw new FormatException($"'{word}' has a placeholder '{name}' that is none of {string.Join(", ", Names.Select(known => $"{{{known}}}"))}; a brace is written twice");
                filled.AddRange(value(name));
                i = end;
            }
            else if (char.IsHighSurrogate(word[i]) && i + 1 < word.Length)
            {
                filled.AddRange(Encoding.UTF8.GetBytes(word, i++, 2));
            }
            else
            {
                filled.AddRange(Encoding.UTF8.GetBytes(word, i, 1));
            }
        }

        return [.. filled];
    }

    private static byte[] Value(string name, CommandOptions options, ActionRun run, string path)
    {
        HsmRequest request = run.Request;
        return name switch
        {
            "action" => Encoding.ASCII.GetBytes(HsmNames.Text(request.Action).ToLowerInvariant()),
            "fid" => Encoding.ASCII.GetBytes(request.Fid.ToString()),
            "dfid" => Encoding.ASCII.GetBytes(request.DataFid.ToString()),
            "path" => Encoding.UTF8.GetBytes(path),
            "data" => HasNul(request) ? throw new MoverException(MoverErrno.Invalid, $"the data of {request.Fid} has a NUL in it and cannot be an argument; WEIR_DATA_HEX has it") : Data(request).ToArray(),
            "cookie" => Encoding.ASCII.GetBytes(request.Cookie.ToString(CultureInfo.InvariantCulture)),
            "archive_id" => Encoding.ASCII.GetBytes(request.ArchiveId.ToString(CultureInfo.InvariantCulture)),
            "mount" => Encoding.UTF8.GetBytes(run.FileSystem.MountPoint),
            _ => Encoding.UTF8.GetBytes(options.FsName),
        };
    }

    private static bool HasNul(in HsmRequest request) => Data(request).Span.Contains((byte)0);

    /// <summary>Without the NULs that pad it to eight bytes.</summary>
    private static ReadOnlyMemory<byte> Data(in HsmRequest request) => request.Data[..(request.Data.Span.LastIndexOfAnyExcept((byte)0) + 1)];
}
