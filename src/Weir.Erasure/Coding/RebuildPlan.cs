namespace Weir.Erasure.Coding;

/// <summary>Makes certain missing shards of a stripe from certain present ones; see <see cref="ReedSolomon.PlanRebuild"/>.</summary>
public sealed class RebuildPlan
{
    private readonly ReedSolomon _code;
    private readonly int[] _sources;
    private readonly int[] _targets;
    private readonly GaloisTable? _table;

    internal RebuildPlan(ReedSolomon code, GaloisMatrix generator, uint present, uint wanted)
    {
        _code = code;
        _sources = [.. Bits(present).Take(code.DataShards)];
        _targets = [.. Bits(wanted)];
        foreach (int source in _sources) Used |= 1u << source;
        if (_targets.Length == 0) return;

        // The rows of the present shards, inverted, give the data; a parity row times that gives the parity.
        var rows = new GaloisMatrix(code.DataShards, code.DataShards);
        var targets = new GaloisMatrix(_targets.Length, code.DataShards);
        for (int column = 0; column < code.DataShards; column++)
        {
            for (int row = 0; row < _sources.Length; row++) rows[row, column] = generator[_sources[row], column];
            for (int row = 0; row < _targets.Length; row++) targets[row, column] = generator[_targets[row], column];
        }

        _table = new GaloisTable(targets.Multiply(rows.Invert()), code.Path);
    }

    /// <summary>The shards that are read, bit <c>i</c> for shard <c>i</c>.</summary>
    public uint Used { get; }

    /// <summary>Makes the wanted shards in place; see <see cref="ReedSolomon.Encode"/> for the parameters.</summary>
    public unsafe void Run(Span<byte> stripe, int stride, int length)
    {
        _code.CheckStripe(stripe, stride, length);
        if (_table is null || length == 0) return;
        fixed (byte* start = stripe)
        {
            byte** inputs = stackalloc byte*[ReedSolomon.MaxShards];
            byte** outputs = stackalloc byte*[ReedSolomon.MaxShards];
            for (int i = 0; i < _sources.Length; i++) inputs[i] = start + (nint)_sources[i] * stride;
            for (int i = 0; i < _targets.Length; i++) outputs[i] = start + (nint)_targets[i] * stride;
            GaloisKernel.Multiply(_table, inputs, outputs, (nuint)length);
        }
    }

    private static IEnumerable<int> Bits(uint set)
    {
        for (int bit = 0; bit < 32; bit++)
        {
            if ((set >> bit & 1) != 0) yield return bit;
        }
    }
}
