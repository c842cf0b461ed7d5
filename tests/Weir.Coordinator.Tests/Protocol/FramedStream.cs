using System.Text;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Tests.Protocol;

/// <summary>What a framer gives out of a stream that comes in pieces, as text: "message …", "item 0 …", "list 0", "refused …".</summary>
internal static class FramedStream
{
    public static List<string> Read(ReadOnlySpan<byte> stream, IEnumerable<int> pieces, ProtocolLimits? limits = null)
    {
        using var framer = new MessageFramer(limits ?? ProtocolLimits.Default, RequestReader.Lists);
        var parts = new List<string>();
        try
        {
            foreach (int piece in pieces)
            {
                if (stream.IsEmpty) break;
                int length = Math.Min(piece, stream.Length);
                stream[..length].CopyTo(framer.GetMemory(Math.Max(length, 1)).Span);
                framer.Advance(length);
                stream = stream[length..];
                while (framer.Read(out ReadOnlySpan<byte> frame) is var kind and not FrameKind.NeedsMore)
                    parts.Add(kind == FrameKind.Message ? $"message {Encoding.UTF8.GetString(frame)}" : $"{kind} {framer.List} {Encoding.UTF8.GetString(frame)}".ToLowerInvariant().TrimEnd());
            }

            if (!framer.IsBetweenMessages) parts.Add("unfinished");
        }
        catch (ProtocolException exception)
        {
            parts.Add($"refused {exception.Message}");
        }

        return parts;
    }

    public static List<string> Read(string stream) => Read(Encoding.UTF8.GetBytes(stream), [int.MaxValue]);

    public static IEnumerable<int> RandomPieces(Random random)
    {
        while (true) yield return random.Next(4) == 0 ? random.Next(1, 400) : random.Next(1, 12);
    }
}
