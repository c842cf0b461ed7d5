using System.Runtime.CompilerServices;

namespace Weir.Erasure.Coding;

/// <summary>
/// The inner loops: up to <see cref="GaloisTable.GroupRows"/> outputs at a time, two registers of each (four where there is room and it
/// pays), every sum kept in a register over all inputs. Written out by hand, because the compiler keeps an array of sums in memory.
/// </summary>
internal static unsafe class GaloisRows<TVector, TOperations>
    where TVector : struct
    where TOperations : struct, IGaloisVector<TVector>
{
    // Four registers of 64 bytes are slower than two, measured with GFNI: 75 GB/s of data for 4+2 rather than 95.
    private static bool IsWide => TOperations.SizeBytes < 64 || TOperations.EntryBytes == GaloisTable.NibbleBytes;

    /// <summary>Makes <paramref name="rows"/> outputs; returns how many bytes of each are done: all but less than a few registers.</summary>
    public static nuint Run(int rows, byte* table, byte** inputs, int count, byte** outputs, nuint length) => rows switch
    {
        1 when IsWide => Rows1Wide(table, inputs, count, outputs, length),
        2 when IsWide => Rows2Wide(table, inputs, count, outputs, length),
        1 => Rows1(table, inputs, count, outputs, length),
        2 => Rows2(table, inputs, count, outputs, length),
        3 => Rows3(table, inputs, count, outputs, length),
        _ => Rows4(table, inputs, count, outputs, length),
    };

    /// <summary>One register of each output at <paramref name="at"/>.</summary>
    public static void RunOne(int rows, byte* table, byte** inputs, int count, byte** outputs, nuint at)
    {
        for (int row = 0; row < rows; row++)
        {
            TVector sum = default;
            byte* entry = table + row * TOperations.EntryBytes;
            for (int i = 0; i < count; i++)
            {
                TVector datum = TOperations.Load(inputs[i] + at);
                sum = TOperations.Accumulate(
                    sum, TOperations.Low(datum), TOperations.High(datum), TOperations.LowTable(entry), TOperations.HighTable(entry));
                entry += rows * TOperations.EntryBytes;
            }

            TOperations.Store(sum, outputs[row] + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Rows1(byte* table, byte** inputs, int count, byte** outputs, nuint length)
    {
        nuint size = (nuint)TOperations.SizeBytes;
        nuint step = 2 * size;
        byte* out0 = outputs[0];
        nuint at = 0;
        for (; at + step <= length; at += step)
        {
            TVector a0 = default, a1 = default;
            byte* entry = table;
            for (int i = 0; i < count; i++)
            {
                byte* input = inputs[i] + at;
                TOperations.Prefetch(input);
                TVector x0 = TOperations.Load(input);
                TVector low0 = TOperations.Low(x0);
                TVector high0 = TOperations.High(x0);
                TVector x1 = TOperations.Load(input + size);
                TVector low1 = TOperations.Low(x1);
                TVector high1 = TOperations.High(x1);
                TVector lowTable = TOperations.LowTable(entry);
                TVector highTable = TOperations.HighTable(entry);
                a0 = TOperations.Accumulate(a0, low0, high0, lowTable, highTable);
                a1 = TOperations.Accumulate(a1, low1, high1, lowTable, highTable);
                entry += 1 * TOperations.EntryBytes;
            }

            TOperations.Store(a0, out0 + at);
            TOperations.Store(a1, out0 + at + size);
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Rows2(byte* table, byte** inputs, int count, byte** outputs, nuint length)
    {
        nuint size = (nuint)TOperations.SizeBytes;
        nuint step = 2 * size;
        byte* out0 = outputs[0];
        byte* out1 = outputs[1];
        nuint at = 0;
        for (; at + step <= length; at += step)
        {
            TVector a0 = default, a1 = default;
            TVector b0 = default, b1 = default;
            byte* entry = table;
            for (int i = 0; i < count; i++)
            {
                byte* input = inputs[i] + at;
                TOperations.Prefetch(input);
                TVector x0 = TOperations.Load(input);
                TVector low0 = TOperations.Low(x0);
                TVector high0 = TOperations.High(x0);
                TVector x1 = TOperations.Load(input + size);
                TVector low1 = TOperations.Low(x1);
                TVector high1 = TOperations.High(x1);
                TVector lowTable = TOperations.LowTable(entry);
                TVector highTable = TOperations.HighTable(entry);
                a0 = TOperations.Accumulate(a0, low0, high0, lowTable, highTable);
                a1 = TOperations.Accumulate(a1, low1, high1, lowTable, highTable);
                lowTable = TOperations.LowTable(entry + TOperations.EntryBytes);
                highTable = TOperations.HighTable(entry + TOperations.EntryBytes);
                b0 = TOperations.Accumulate(b0, low0, high0, lowTable, highTable);
                b1 = TOperations.Accumulate(b1, low1, high1, lowTable, highTable);
                entry += 2 * TOperations.EntryBytes;
            }

            TOperations.Store(a0, out0 + at);
            TOperations.Store(a1, out0 + at + size);
            TOperations.Store(b0, out1 + at);
            TOperations.Store(b1, out1 + at + size);
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Rows1Wide(byte* table, byte** inputs, int count, byte** outputs, nuint length)
    {
        nuint size = (nuint)TOperations.SizeBytes;
        nuint step = 4 * size;
        byte* out0 = outputs[0];
        nuint at = 0;
        for (; at + step <= length; at += step)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default;
            byte* entry = table;
            for (int i = 0; i < count; i++)
            {
                byte* input = inputs[i] + at;
                TOperations.Prefetch(input);
                TOperations.Prefetch(input + 2 * size);
                TVector lowTable0 = TOperations.LowTable(entry);
                TVector highTable0 = TOperations.HighTable(entry);
                TVector datum = TOperations.Load(input);
                TVector low = TOperations.Low(datum);
                TVector high = TOperations.High(datum);
                a0 = TOperations.Accumulate(a0, low, high, lowTable0, highTable0);
                datum = TOperations.Load(input + size);
                low = TOperations.Low(datum);
                high = TOperations.High(datum);
                a1 = TOperations.Accumulate(a1, low, high, lowTable0, highTable0);
                datum = TOperations.Load(input + 2 * size);
                low = TOperations.Low(datum);
                high = TOperations.High(datum);
                a2 = TOperations.Accumulate(a2, low, high, lowTable0, highTable0);
                datum = TOperations.Load(input + 3 * size);
                low = TOperations.Low(datum);
                high = TOperations.High(datum);
                a3 = TOperations.Accumulate(a3, low, high, lowTable0, highTable0);
                entry += 1 * TOperations.EntryBytes;
            }

            TOperations.Store(a0, out0 + at);
            TOperations.Store(a1, out0 + at + size);
            TOperations.Store(a2, out0 + at + 2 * size);
            TOperations.Store(a3, out0 + at + 3 * size);
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Rows2Wide(byte* table, byte** inputs, int count, byte** outputs, nuint length)
    {
        nuint size = (nuint)TOperations.SizeBytes;
        nuint step = 4 * size;
        byte* out0 = outputs[0];
        byte* out1 = outputs[1];
        nuint at = 0;
        for (; at + step <= length; at += step)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default;
            TVector b0 = default, b1 = default, b2 = default, b3 = default;
            byte* entry = table;
            for (int i = 0; i < count; i++)
            {
                byte* input = inputs[i] + at;
                TOperations.Prefetch(input);
                TOperations.Prefetch(input + 2 * size);
                TVector lowTable0 = TOperations.LowTable(entry);
                TVector highTable0 = TOperations.HighTable(entry);
                TVector lowTable1 = TOperations.LowTable(entry + TOperations.EntryBytes);
                TVector highTable1 = TOperations.HighTable(entry + TOperations.EntryBytes);
                TVector datum = TOperations.Load(input);
                TVector low = TOperations.Low(datum);
                TVector high = TOperations.High(datum);
                a0 = TOperations.Accumulate(a0, low, high, lowTable0, highTable0);
                b0 = TOperations.Accumulate(b0, low, high, lowTable1, highTable1);
                datum = TOperations.Load(input + size);
                low = TOperations.Low(datum);
                high = TOperations.High(datum);
                a1 = TOperations.Accumulate(a1, low, high, lowTable0, highTable0);
                b1 = TOperations.Accumulate(b1, low, high, lowTable1, highTable1);
                datum = TOperations.Load(input + 2 * size);
                low = TOperations.Low(datum);
                high = TOperations.High(datum);
                a2 = TOperations.Accumulate(a2, low, high, lowTable0, highTable0);
                b2 = TOperations.Accumulate(b2, low, high, lowTable1, highTable1);
                datum = TOperations.Load(input + 3 * size);
                low = TOperations.Low(datum);
                high = TOperations.High(datum);
                a3 = TOperations.Accumulate(a3, low, high, lowTable0, highTable0);
                b3 = TOperations.Accumulate(b3, low, high, lowTable1, highTable1);
                entry += 2 * TOperations.EntryBytes;
            }

            TOperations.Store(a0, out0 + at);
            TOperations.Store(a1, out0 + at + size);
            TOperations.Store(a2, out0 + at + 2 * size);
            TOperations.Store(a3, out0 + at + 3 * size);
            TOperations.Store(b0, out1 + at);
            TOperations.Store(b1, out1 + at + size);
            TOperations.Store(b2, out1 + at + 2 * size);
            TOperations.Store(b3, out1 + at + 3 * size);
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Rows3(byte* table, byte** inputs, int count, byte** outputs, nuint length)
    {
        nuint size = (nuint)TOperations.SizeBytes;
        nuint step = 2 * size;
        byte* out0 = outputs[0];
        byte* out1 = outputs[1];
        byte* out2 = outputs[2];
        nuint at = 0;
        for (; at + step <= length; at += step)
        {
            TVector a0 = default, a1 = default;
            TVector b0 = default, b1 = default;
            TVector c0 = default, c1 = default;
            byte* entry = table;
            for (int i = 0; i < count; i++)
            {
                byte* input = inputs[i] + at;
                TOperations.Prefetch(input);
                TVector x0 = TOperations.Load(input);
                TVector low0 = TOperations.Low(x0);
                TVector high0 = TOperations.High(x0);
                TVector x1 = TOperations.Load(input + size);
                TVector low1 = TOperations.Low(x1);
                TVector high1 = TOperations.High(x1);
                TVector lowTable = TOperations.LowTable(entry);
                TVector highTable = TOperations.HighTable(entry);
                a0 = TOperations.Accumulate(a0, low0, high0, lowTable, highTable);
                a1 = TOperations.Accumulate(a1, low1, high1, lowTable, highTable);
                lowTable = TOperations.LowTable(entry + TOperations.EntryBytes);
                highTable = TOperations.HighTable(entry + TOperations.EntryBytes);
                b0 = TOperations.Accumulate(b0, low0, high0, lowTable, highTable);
                b1 = TOperations.Accumulate(b1, low1, high1, lowTable, highTable);
                lowTable = TOperations.LowTable(entry + 2 * TOperations.EntryBytes);
                highTable = TOperations.HighTable(entry + 2 * TOperations.EntryBytes);
                c0 = TOperations.Accumulate(c0, low0, high0, lowTable, highTable);
                c1 = TOperations.Accumulate(c1, low1, high1, lowTable, highTable);
                entry += 3 * TOperations.EntryBytes;
            }

            TOperations.Store(a0, out0 + at);
            TOperations.Store(a1, out0 + at + size);
            TOperations.Store(b0, out1 + at);
            TOperations.Store(b1, out1 + at + size);
            TOperations.Store(c0, out2 + at);
            TOperations.Store(c1, out2 + at + size);
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Rows4(byte* table, byte** inputs, int count, byte** outputs, nuint length)
    {
        nuint size = (nuint)TOperations.SizeBytes;
        nuint step = 2 * size;
        byte* out0 = outputs[0];
        byte* out1 = outputs[1];
        byte* out2 = outputs[2];
        byte* out3 = outputs[3];
        nuint at = 0;
        for (; at + step <= length; at += step)
        {
            TVector a0 = default, a1 = default;
            TVector b0 = default, b1 = default;
            TVector c0 = default, c1 = default;
            TVector d0 = default, d1 = default;
            byte* entry = table;
            for (int i = 0; i < count; i++)
            {
                byte* input = inputs[i] + at;
                TOperations.Prefetch(input);
                TVector x0 = TOperations.Load(input);
                TVector low0 = TOperations.Low(x0);
                TVector high0 = TOperations.High(x0);
                TVector x1 = TOperations.Load(input + size);
                TVector low1 = TOperations.Low(x1);
                TVector high1 = TOperations.High(x1);
                TVector lowTable = TOperations.LowTable(entry);
                TVector highTable = TOperations.HighTable(entry);
                a0 = TOperations.Accumulate(a0, low0, high0, lowTable, highTable);
                a1 = TOperations.Accumulate(a1, low1, high1, lowTable, highTable);
                lowTable = TOperations.LowTable(entry + TOperations.EntryBytes);
                highTable = TOperations.HighTable(entry + TOperations.EntryBytes);
                b0 = TOperations.Accumulate(b0, low0, high0, lowTable, highTable);
                b1 = TOperations.Accumulate(b1, low1, high1, lowTable, highTable);
                lowTable = TOperations.LowTable(entry + 2 * TOperations.EntryBytes);
                highTable = TOperations.HighTable(entry + 2 * TOperations.EntryBytes);
                c0 = TOperations.Accumulate(c0, low0, high0, lowTable, highTable);
                c1 = TOperations.Accumulate(c1, low1, high1, lowTable, highTable);
                lowTable = TOperations.LowTable(entry + 3 * TOperations.EntryBytes);
                highTable = TOperations.HighTable(entry + 3 * TOperations.EntryBytes);
                d0 = TOperations.Accumulate(d0, low0, high0, lowTable, highTable);
                d1 = TOperations.Accumulate(d1, low1, high1, lowTable, highTable);
                entry += 4 * TOperations.EntryBytes;
            }

            TOperations.Store(a0, out0 + at);
            TOperations.Store(a1, out0 + at + size);
            TOperations.Store(b0, out1 + at);
            TOperations.Store(b1, out1 + at + size);
            TOperations.Store(c0, out2 + at);
            TOperations.Store(c1, out2 + at + size);
            TOperations.Store(d0, out3 + at);
            TOperations.Store(d1, out3 + at + size);
        }

        return at;
    }
}
