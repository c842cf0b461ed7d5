using System.Text;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>
/// Names of files that are being written: <c>NAME_tmp.AGENT</c>. One agent never writes one twice at once, and what a killed one left is overwritten when it
/// tries again.
/// </summary>
internal static class TemporaryName
{
    public const string Mark = "_tmp";

    private const int LongestAgent = 64;

    public static string Of(string name, string agent) => $"{name}{Mark}.{Safe(agent)}";

    /// <summary>Letters, digits, dots and dashes of an agent's name; other characters as their code, so that two agents never have the same.</summary>
    private static string Safe(string agent)
    {
        var text = new StringBuilder();
        foreach (char c in agent)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '.' or '-') text.Append(c);
            else text.Append('_').Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.Length <= LongestAgent ? text.ToString() : $"{text.ToString(0, LongestAgent - 17)}_{Hash(agent):x16}";
    }

    private static ulong Hash(string text)
    {
        Span<byte> digest = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text), digest);
        return BitConverter.ToUInt64(digest);
    }
}
