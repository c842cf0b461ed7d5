using System.Security.Cryptography;
using System.Text;

namespace Weir.Server.Security;

/// <summary>A token as it is kept: who it is for and the hash of its text.</summary>
/// <param name="Id">Names the token in its text and in the file; no secret.</param>
/// <param name="Name">Who has it, in the administrator's words.</param>
/// <param name="Role">What it lets its holder do.</param>
/// <param name="Hash">SHA-256 of the whole text. The text has 256 random bits, so there is nothing to guess and no salt is needed.</param>
/// <param name="Created">When it was made.</param>
public sealed record Token(string Id, string Name, AccessRole Role, byte[] Hash, DateTimeOffset Created)
{
    /// <summary>What the text of every token starts with, so that one is recognised where it should not be.</summary>
    public const string Prefix = "weir_";

    private const int IdBytes = 5;
    private const int SecretBytes = 32;

    /// <summary>The longest text that is looked at.</summary>
    public const int MaxTextLength = 128;

    /// <summary>Makes a token; its text is not kept anywhere.</summary>
    public static Token Create(string name, AccessRole role, DateTimeOffset now, out string text)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        text = $"{Prefix}{id}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes))}";
        return new(id, name, role, HashOf(text), now);
    }

    /// <summary>The id within a token's text; null when it is none.</summary>
    public static string? IdOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool isOne = text.Length <= MaxTextLength && text.StartsWith(Prefix, StringComparison.Ordinal) && text.LastIndexOf('_') == Prefix.Length + (2 * IdBytes);
        return isOne ? text.Substring(Prefix.Length, 2 * IdBytes) : null;
    }

    /// <summary>Whether this is the text of the token. Takes as long whatever is wrong with it.</summary>
    public bool Matches(string text) => CryptographicOperations.FixedTimeEquals(HashOf(text), Hash);

    internal static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
