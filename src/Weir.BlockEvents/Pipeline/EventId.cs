using System.Security.Cryptography;
using System.Text;

namespace Weir.BlockEvents.Pipeline;

/// <summary>Ids of events that come out the same when a line is read again: whoever meets an id twice has met the same event.</summary>
internal static class EventId
{
    /// <summary>The id of what two texts describe (a UUID of version 8, RFC 9562).</summary>
    public static Guid Of(string scope, string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{text}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new(hash[..16], bigEndian: true);
    }
}
