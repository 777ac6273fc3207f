using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Weft.Training;

/// <summary>Stages of a pipeline that run next to each other. Each keeps the order of its items, and no more of them than it is told.</summary>
internal static class Stages
{
    /// <summary>The results in the items' order, computed by several threads of the pool.</summary>
    /// <param name="ahead">So many are begun before the first of them is waited for.</param>
    public static IEnumerable<TResult> SelectAhead<T, TResult>(this IEnumerable<T> source, int ahead, Func<T, TResult> select)
    {
        var begun = new Queue<Task<TResult>>();
        foreach (var item in source)
        {
            begun.Enqueue(Task.Run(() => select(item)));
            if (begun.Count == ahead)
                yield return begun.Dequeue().GetAwaiter().GetResult();
        }

        while (begun.TryDequeue(out var task))
            yield return task.GetAwaiter().GetResult();
    }

    /// <summary>The same items, made by a thread of its own while they are used.</summary>
    /// <param name="ahead">So many may wait to be used.</param>
    /// <param name="stop">Shared by all stages: who breaks off one ends them all.</param>
    /// <param name="waits">Whether the end waits for the thread: not for one that a standard input may hold for ever.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static IEnumerable<T> RunAhead<T>(this IEnumerable<T> source, int ahead, CancellationTokenSource stop, bool waits = true)
    {
        var queue = new BlockingCollection<T>(ahead);
        var token = stop.Token;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                foreach (var item in source)
                    queue.Add(item, token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
            }
            catch (Exception thrown)
            {
                failure = ExceptionDispatchInfo.Capture(thrown);
            }

            queue.CompleteAdding();
        })
        { IsBackground = true, Name = "stage of weft" };
        thread.Start();
        var isDone = false;
        try
        {
            while (queue.TryTake(out var item, Timeout.Infinite, token))
                yield return item;
            failure?.Throw();
            token.ThrowIfCancellationRequested();
            isDone = true;
        }
        finally
        {
            if (!isDone)
                stop.Cancel();
            if (waits)
                thread.Join();
        }
    }
}
