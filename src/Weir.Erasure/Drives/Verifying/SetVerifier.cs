using System.Runtime.CompilerServices;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Verifies a set: walks all its drives together in one order and gives each object once, with everything that its positions say. Objects
/// that every drive has whole and alike are known at once; the others are examined, some at a time.
/// </summary>
/// <param name="queues">The drives' queues.</param>
/// <param name="examiner">Examines what needs it; it may be shared, and with it what it may hold in memory.</param>
public sealed class SetVerifier(DriveQueues queues, ObjectExaminer examiner)
{
    /// <summary>Objects whose verdict is waited for, or waits for those before it.</summary>
    private const int MaxWaiting = 128;

    private const int MaxExamined = 16;

    /// <summary>Gives every object of the set, in the order of <see cref="WalkRules.Compare"/> on "bucket/stored key".</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="set">The set.</param>
    /// <param name="options">What is verified.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<ObjectVerdict> VerifyAsync(DrivePool pool, int set, VerifyOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var walk = new SetWalk(queues, pool, set, options);
        var judge = new VisitJudge(pool, set, options.Examine);
        var waiting = new Queue<(ObjectVerdict? Verdict, Task<ObjectVerdict>? Examination)>();
        int examined = 0;
        bool isOver = false;
        while (true)
        {
            while (!isOver && waiting.Count < MaxWaiting && examined < MaxExamined)
            {
                if (await walk.NextAsync(cancellationToken).ConfigureAwait(false) is not { } node)
                {
                    isOver = true;
                    break;
                }

                if (judge.Judge(node) is { } known) waiting.Enqueue((known, null));
                else if (options.MayOutline && judge.Outline(node) is { } outline) waiting.Enqueue((outline, null));
                else if (judge.ToExamine(node) is { } name)
                {
                    waiting.Enqueue((null, examiner.ExamineAsync(pool, set, name, options.Examine, cancellationToken)));
                    examined++;
                }

                // What is known is given before more is waited for.
                if (waiting.TryPeek(out var first) && first.Verdict is not null) break;
            }

            if (!waiting.TryDequeue(out var next))
            {
                if (isOver) yield break;
                continue;
            }

            if (next.Verdict is { } verdict)
            {
                yield return verdict;
                continue;
            }

            ObjectVerdict examination = await next.Examination!.ConfigureAwait(false);
            examined--;
            if (examination.Versions.Count > 0) yield return examination;
        }
    }
}
