using System.Buffers;

namespace Weir.Erasure.Format;

/// <summary>
/// Makes one drive's body of a version from another's: they differ in EcIndex alone, so every other byte, unknown fields too, stays
/// as it is.
/// </summary>
public static class XlBodyEditor
{
    /// <summary>The body with another shard number.</summary>
    /// <param name="body">A body in map form with "V2Obj".</param>
    /// <param name="index">The shard that the other drive holds, from 1.</param>
    /// <exception cref="ErasureFormatException">The body is damaged, or of a form that has no EcIndex of its own.</exception>
    public static byte[] WithIndex(ReadOnlySpan<byte> body, int index)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(index, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Coding.ReedSolomon.MaxShards);
        (int start, int end) = FindIndex(body);
        var output = new ArrayBufferWriter<byte>(body.Length + 8);
        output.Write(body[..start]);
        new MessagePackWriter(output).WriteInteger(index);
        output.Write(body[end..]);
        return output.WrittenSpan.ToArray();
    }

    private static (int Start, int End) FindIndex(ReadOnlySpan<byte> body)
    {
        var reader = new MessagePackReader(body, "the version body");
        if (reader.Kind != MessagePackKind.Map) throw reader.Failure("no map, so that it must not be rewritten");
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            if (!reader.ReadBytes().SequenceEqual("V2Obj"u8))
            {
                reader.Skip();
                continue;
            }

            for (int fields = reader.ReadMapHeader(); fields > 0; fields--)
            {
                bool found = reader.ReadBytes().SequenceEqual("EcIndex"u8);
                int start = reader.Position;
                reader.Skip();
                if (found) return (start, reader.Position);
            }
        }

        throw reader.Failure("no EcIndex");
    }
}
